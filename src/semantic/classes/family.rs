//! Whether classes of some files derive from a builtin class and behave in another way.
//!
//! Whatever a base may be that nobody can tell counts as the builtin class, so that an answer of no is sure.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use super::behaviour::changes_behaviour;
use super::standard::{self, Known};
use super::{FileClasses, Origin};
use crate::semantic::Class;

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// To the files with these numbers.
    Files(Vec<usize>),
    /// Out of the project.
    Foreign,
    /// To where somebody else looks.
    Vouched,
    /// Nobody knows where.
    Unknown,
}

/// What was found among the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing that behaves in another way.
    Nothing,
    /// The class of this name, of the file with this number.
    Named(String, usize),
    /// A class that a call makes in the file with this number.
    MadeByCall(usize),
    /// The file with this number runs code that nobody sees.
    Text(usize),
    /// The file with this number binds attributes of a subclass that behaves like the builtin class otherwise: the
    /// name of one, or nothing for a computed one.
    Store(String, usize),
}

/// The classes of some files, and how imports lead from one to another.
pub struct Family<'a> {
    files: Vec<(usize, &'a FileClasses)>,
    places: HashMap<usize, usize>,
    leads_to: &'a dyn Fn(usize, &str) -> Source,
    class: Class,
    /// Names that some file binds in other modules or classes.
    rebinds: BTreeSet<&'a str>,
    known: RefCell<HashMap<(usize, usize), Ancestry>>,
}

/// What is known of the ancestors of a class, itself among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ancestry {
    /// The builtin class is one of them.
    derives: bool,
    /// One is not known, and may be it.
    may_derive: bool,
    /// A class or mix-in of the project changes how instances behave, or a class of the standard library does.
    changes: bool,
}

impl Ancestry {
    const UNKNOWN: Self = Self { derives: false, may_derive: true, changes: false };

    fn or(self, other: Self) -> Self {
        Self {
            derives: self.derives || other.derives,
            may_derive: self.may_derive || other.may_derive,
            changes: self.changes || other.changes,
        }
    }
}

impl<'a> Family<'a> {
    /// The classes of `files`, each with its number, that may derive from `class`. `leads_to` says where an import of
    /// a module in the file with a number leads.
    pub fn new(
        files: impl IntoIterator<Item = (usize, &'a FileClasses)>,
        leads_to: &'a dyn Fn(usize, &str) -> Source,
        class: Class,
    ) -> Self {
        let files: Vec<_> = files.into_iter().collect();
        Self {
            places: files.iter().enumerate().map(|(place, (number, _))| (*number, place)).collect(),
            rebinds: files.iter().flat_map(|(_, file)| &file.rebinds).map(String::as_str).collect(),
            files,
            leads_to,
            class,
            known: RefCell::default(),
        }
    }

    /// The first class that behaves in another way than the builtin one.
    pub fn offending(&self) -> Found {
        if let Some((number, _)) = self.files.iter().find(|(_, file)| file.runs_text) {
            return Found::Text(*number);
        }
        let mut has_members = false;
        for (place, (number, file)) in self.files.iter().enumerate() {
            for (row, class) in file.rows.iter().enumerate() {
                let ancestry = self.of_row(place, row);
                has_members |= ancestry.derives || ancestry.may_derive;
                if self.is_offending(place, row, ancestry) {
                    return match class.name.as_str() {
                        "" => Found::MadeByCall(*number),
                        name => Found::Named(name.to_owned(), *number),
                    };
                }
            }
        }
        if has_members {
            for (number, file) in &self.files {
                let stored = file.stores.iter().find(|name| changes_behaviour(name, self.class));
                if stored.is_some() || file.stores_computed {
                    return Found::Store(stored.cloned().unwrap_or_default(), *number);
                }
            }
        }
        Found::Nothing
    }

    fn is_offending(&self, place: usize, row: usize, ancestry: Ancestry) -> bool {
        if ancestry.derives || ancestry.may_derive {
            if ancestry.changes || (ancestry.derives && ancestry.may_derive) {
                return true;
            }
            // Each of two unknown bases may be what changes the other.
            let bases = self.row(place, row).map(|class| class.bases.as_slice()).unwrap_or_default();
            let unknown = bases.iter().filter(|base| self.of_base(place, base, 0).may_derive);
            return unknown.count() > 1;
        }
        false
    }

    fn row(&self, place: usize, row: usize) -> Option<&'a super::ClassRow> {
        self.files.get(place)?.1.rows.get(row)
    }

    fn of_row(&self, place: usize, row: usize) -> Ancestry {
        if let Some(known) = self.known.borrow().get(&(place, row)) {
            return *known;
        }
        // A class that seems to derive from itself: a name is bound twice.
        self.known.borrow_mut().insert((place, row), Ancestry::UNKNOWN);
        let Some(class) = self.row(place, row) else { return Ancestry::UNKNOWN };
        let changes = class.is_opaque || class.binds.iter().any(|name| changes_behaviour(name, self.class));
        // isinstance(x, list) asks for `__class__`, too.
        let pretends =
            class.binds.iter().any(|name| matches!(name.as_str(), "__class__" | "__getattribute__"));
        let own = Ancestry { changes: changes || pretends, may_derive: pretends, derives: false };
        let bases = class.bases.iter().map(|base| self.of_base(place, base, 0));
        let ancestry = bases.fold(own, Ancestry::or);
        self.known.borrow_mut().insert((place, row), ancestry);
        ancestry
    }

    fn of_base(&self, place: usize, base: &[Origin], depth: u32) -> Ancestry {
        base.iter().map(|origin| self.of_origin(place, origin, depth)).fold(Ancestry::default(), Ancestry::or)
    }

    fn of_origin(&self, place: usize, origin: &Origin, depth: u32) -> Ancestry {
        match origin {
            Origin::Builtin(name) => self.of_known(standard::of_builtin(name)),
            Origin::Own(row) => {
                let name = self.row(place, *row).map_or("", |class| class.name.as_str());
                self.of_row(place, *row).or(self.replaced(name))
            }
            Origin::Imported { module, name } => {
                self.imported(place, module, name, depth).or(self.replaced(name))
            }
            Origin::Computed => Ancestry::UNKNOWN,
        }
    }

    /// What some file may bind a name to from outside.
    fn replaced(&self, name: &str) -> Ancestry {
        if self.rebinds.contains(name) { Ancestry::UNKNOWN } else { Ancestry::default() }
    }

    fn imported(&self, place: usize, module: &str, name: &str, depth: u32) -> Ancestry {
        /// Longer chains of re-exports lead in a circle.
        const MAX_DEPTH: u32 = 10;
        let Some((number, _)) = self.files.get(place).filter(|_| depth < MAX_DEPTH) else {
            return Ancestry::UNKNOWN;
        };
        let files = match (self.leads_to)(*number, module) {
            Source::Foreign => return self.of_known(standard::of_import(module, name)),
            Source::Vouched => return Ancestry::default(),
            Source::Unknown => return Ancestry::UNKNOWN,
            Source::Files(files) => files,
        };
        let mut found = Ancestry::default();
        for number in files {
            let Some((place, file)) =
                self.places.get(&number).and_then(|place| Some((*place, self.files.get(*place)?.1)))
            else {
                return Ancestry::UNKNOWN;
            };
            found = found.or(match (file.exports.get(name), file.stars.as_slice()) {
                (Some(origins), _) => self.of_base(place, origins, depth + 1),
                (None, [star]) => self.imported(place, star, name, depth + 1),
                (None, _) => Ancestry::UNKNOWN,
            });
        }
        found
    }

    fn of_known(&self, known: Known) -> Ancestry {
        match known {
            Known::Derives(class) => Ancestry { derives: class == self.class, ..Ancestry::default() },
            Known::Differs(class) => {
                let derives = class == self.class;
                Ancestry { derives, changes: derives, may_derive: false }
            }
            Known::Odd => Ancestry { changes: true, ..Ancestry::default() },
            Known::Plain => Ancestry::default(),
            Known::Nothing => Ancestry::UNKNOWN,
        }
    }
}
