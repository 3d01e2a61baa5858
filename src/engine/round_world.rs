//! The world as the text of a later round sees it.

use crate::edit::RangeMap;
use crate::semantic::{Answer, CallSite, Callee, Class, EngineType, Importable, Subclasses, World};
use crate::text::Range;

/// A world in which questions about places of the current text are asked about the original one. Text that a fix
/// wrote, or that holds an edit, has no place there.
pub(super) struct RoundWorld<'a> {
    pub world: &'a dyn World,
    pub map: &'a RangeMap,
}

impl World for RoundWorld<'_> {
    fn name_used_elsewhere(&self, name: &str) -> Answer {
        self.world.name_used_elsewhere(name)
    }

    fn type_at(&self, range: Range) -> Option<EngineType> {
        self.world.type_at(self.map.original(range)?)
    }

    fn has_unseen_users(&self) -> Answer {
        self.world.has_unseen_users()
    }

    fn calls_elsewhere(&self, callee: Callee<'_>) -> Option<Vec<CallSite>> {
        self.world.calls_elsewhere(callee)
    }

    fn shadows_standard_module(&self, name: &str) -> Answer {
        self.world.shadows_standard_module(name)
    }

    fn copies_objects(&self, imports: &[&str]) -> Answer {
        self.world.copies_objects(imports)
    }

    fn class_elsewhere(&self, module: &str, name: &str) -> Option<String> {
        self.world.class_elsewhere(module, name)
    }

    fn importable_metaclasses(&self) -> Vec<Importable> {
        self.world.importable_metaclasses()
    }

    fn overriding_subclass(&self, class: Class) -> Subclasses {
        self.world.overriding_subclass(class)
    }
}
