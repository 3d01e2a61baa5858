//! ty's database for one project: where its modules are searched, and which Python it is read for.
//!
//! Holds what ty asks of its host and nothing else; ty's own settings files are not read.

use std::path::Path;
use std::sync::Arc;

use ruff_db::Db as SourceDb;
use ruff_db::diagnostic::Diagnostic;
use ruff_db::files::{File, Files};
use ruff_db::system::{OsSystem, System, SystemPath, SystemPathBuf};
use ruff_db::vendored::VendoredFileSystem;
use ruff_python_ast::PythonVersion as AstVersion;
use ty_module_resolver::{FallibleStrategy, SearchPathSettings, SearchPaths};
use ty_python_core::platform::PythonPlatform;
use ty_python_core::program::ProgramSettings;
use ty_python_core::{Program, ProgramFile};
use ty_python_semantic::lint::{LintRegistry, RuleSelection};
use ty_python_semantic::{
    AnalysisSettings, PythonEnvironment, PythonVersionSource, PythonVersionWithSource, SitePackagesPaths,
    SysPrefixPathOrigin, default_lint_registry,
};

use crate::text::PythonVersion;

/// A handle to what ty knows of a project. A clone shares all of it, and is for another thread.
#[salsa::db]
#[derive(Clone)]
pub(super) struct Database {
    storage: salsa::Storage<Self>,
    files: Files,
    system: OsSystem,
    rules: Arc<RuleSelection>,
    analysis: Arc<AnalysisSettings>,
    program: Arc<ProgramSettings>,
}

impl Database {
    /// The database for the project at `root`, whose code runs on `oldest` and newer. `None` when ty cannot work
    /// there: a path that is not UTF-8, a root that is gone.
    pub fn open(root: &Path, oldest: PythonVersion) -> Option<Self> {
        let root = SystemPathBuf::from_path_buf(root.to_owned()).ok()?;
        let system = OsSystem::new(&root);
        let search_paths = search_paths(&root, &system)?;
        let version =
            PythonVersionWithSource { version: understood(oldest), source: PythonVersionSource::default() };
        let program = ProgramSettings {
            python_version: version,
            // The result runs wherever the project runs: no branch on the platform is decided.
            python_platform: PythonPlatform::All,
            search_paths,
        };
        let database = Self {
            storage: salsa::Storage::new(None),
            files: Files::default(),
            system,
            rules: Arc::new(RuleSelection::from_registry(default_lint_registry())),
            analysis: Arc::new(AnalysisSettings::default()),
            program: Arc::new(program),
        };
        database.program.search_paths.try_register_static_roots(&database);
        Some(database)
    }
}

/// The version nearest to `oldest` that ty knows.
fn understood(oldest: PythonVersion) -> AstVersion {
    let wanted = AstVersion { major: oldest.major, minor: oldest.minor };
    wanted.clamp(AstVersion::lowest(), AstVersion::latest_ty())
}

fn search_paths(root: &SystemPath, system: &OsSystem) -> Option<SearchPaths> {
    let mut settings = SearchPathSettings::new(first_party(root, system));
    settings.site_packages_paths = site_packages(root, system);
    let vendored = ty_vendored::file_system();
    if let Ok(paths) = settings.to_search_paths(system, vendored, &FallibleStrategy) {
        return Some(paths);
    }
    settings.site_packages_paths.clear();
    settings.to_search_paths(system, vendored, &FallibleStrategy).ok()
}

/// Where the project's own modules begin, as ty's defaults have it: `src` and `python` unless they are packages
/// themselves, and the root. `src` stands first, so that a module there goes by the name that it is imported by.
fn first_party(root: &SystemPath, system: &OsSystem) -> Vec<SystemPathBuf> {
    let holds_modules = |directory: &SystemPath| {
        let is_package =
            ["__init__.py", "__init__.pyi"].iter().any(|file| system.is_file(&directory.join(file)));
        system.is_directory(directory) && !is_package
    };
    let (source, python) = (root.join("src"), root.join("python"));
    let mut roots = Vec::new();
    roots.extend(holds_modules(&source).then_some(source));
    roots.push(root.to_owned());
    roots.extend(holds_modules(&python).then_some(python));
    roots
}

/// The packages installed for the project: in the active virtual environment, else in `.venv`, as ty finds them.
///
/// ty would fall back to the interpreter found on the path. Its packages are not the project's, and would make
/// what pyfix does depend on the machine.
fn site_packages(root: &SystemPath, system: &OsSystem) -> Vec<SystemPathBuf> {
    let Ok(Some(environment)) = PythonEnvironment::discover(Some(root), system) else { return Vec::new() };
    if matches!(environment.origin(), SysPrefixPathOrigin::PythonBinary) {
        return Vec::new();
    }
    environment.site_packages_paths(system).map_or_else(|_| Vec::new(), SitePackagesPaths::into_vec)
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl SourceDb for Database {
    fn vendored(&self) -> &VendoredFileSystem {
        ty_vendored::file_system()
    }

    fn system(&self) -> &dyn System {
        &self.system
    }

    fn files(&self) -> &Files {
        &self.files
    }
}

#[salsa::db]
impl ty_module_resolver::Db for Database {}

#[salsa::db]
impl ty_python_core::Db for Database {
    fn should_check_file(&self, file: File) -> bool {
        !file.path(self).is_vendored_path()
    }
}

#[salsa::db]
impl ty_python_semantic::Db for Database {
    fn check_file(&self, _file: File) -> Vec<Diagnostic> {
        Vec::new()
    }

    fn program_file(&self, file: File) -> ProgramFile<'_> {
        Program::from_settings(self, &self.program).program_file(self, file)
    }

    fn python_version_with_source(&self, _file: File) -> &PythonVersionWithSource {
        &self.program.python_version
    }

    fn rule_selection(&self, _file: File) -> &RuleSelection {
        &self.rules
    }

    fn lint_registry(&self) -> &LintRegistry {
        default_lint_registry()
    }

    fn analysis_settings(&self, _file: File) -> &AnalysisSettings {
        &self.analysis
    }

    fn verbose(&self) -> bool {
        false
    }

    fn is_open_file(&self, _file: File) -> bool {
        false
    }

    fn dyn_clone(&self) -> Box<dyn ty_python_semantic::Db> {
        Box::new(self.clone())
    }
}
