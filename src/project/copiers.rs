//! Which files of a project import what may copy or pickle objects, and the code of a class that they share.
//!
//! What such a module is says `semantic::copying`.

use std::path::{Path, PathBuf};

use super::files::{FileKind, Files, ProjectFile};
use crate::semantic::copying::loud_imports;
use crate::syntax::{Field, Kind, Regions, parse};
use crate::text::{Range, Target};

/// The files of a project that may copy or pickle objects.
#[derive(Debug)]
pub(super) struct Copiers {
    /// In no order.
    paths: Vec<PathBuf>,
}

impl Copiers {
    /// Looks at all files that hold code; one that is not understood counts.
    pub fn new(files: &Files, target: &dyn Fn(&ProjectFile) -> Target) -> Self {
        let code = files.list.iter().filter(|file| file.kind == FileKind::Code);
        let loud = code.filter(|file| imports_loudly(file, files, target(file)) != Some(false));
        Self { paths: loud.map(|file| file.path.clone()).collect() }
    }

    /// Whether no file but the one at `path` is among them.
    pub fn all_quiet(&self, path: &Path) -> bool {
        self.paths.iter().all(|other| other == path)
    }
}

/// Whether the file imports what may copy, and is no file of the project itself; `None` when it is not understood.
fn imports_loudly(file: &ProjectFile, files: &Files, target: Target) -> Option<bool> {
    let source = file.source(target)?;
    let tree = parse(&source, &Regions::whole(&source)).ok()?;
    let loud = loud_imports(tree.nodes()).any(|module| files.resolve(&file.path, module).is_empty());
    Some(loud)
}

/// The code of the class `name` of the module level of `file`, behind its name.
pub(super) fn code_of_class(file: &ProjectFile, target: Target, name: &str) -> Option<String> {
    let source = file.source(target)?;
    let tree = parse(&source, &Regions::whole(&source)).ok()?;
    let mut classes = tree.statements().filter(|statement| {
        let named = statement.child(Field::Name).is_some_and(|it| it.text() == name);
        statement.kind() == Kind::ClassDefinition && named
    });
    let class = classes.next().filter(|_| classes.next().is_none())?;
    let end = class.child(Field::Name)?.range().end;
    Some(source.slice(Range::new(end, class.range().end)).to_owned())
}
