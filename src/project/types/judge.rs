//! Which of ty's types may be believed, and where they come from.
//!
//! ty narrows attributes, subscripts and globals and keeps that across calls, and what it infers of one
//! expression may rest on what it narrowed in another. So a type counts only when nothing that it rests on is
//! narrowed, but for local names; each thing that it rests on is looked at in turn.

use std::collections::HashMap;

use ruff_db::parsed::parsed_module;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    AnyRootNodeRef, Expr, ExprAttribute, ExprCall, ExprName, ExprSubscript, NodeIndex, StmtFunctionDef,
    UnaryOp,
};
use ruff_text_size::Ranged;
use ty_python_core::definition::{Definition, DefinitionKind};
use ty_python_core::{attribute_scopes, semantic_index};
use ty_python_semantic::types::Type as TyType;
use ty_python_semantic::types::ide_support::{call_signature_details, static_member_type_for_attribute};
use ty_python_semantic::{
    Db as _, HasType, ImportAliasResolution, ResolvedDefinition, SemanticModel, definitions_for_attribute,
    definitions_for_name,
};

use super::convert::{convert, is_type_form};
use super::database::Database;
use super::declared::{Source, model_of, module_of, returned, source_of};
use super::narrowed::is_narrowed;
use super::view::AskedFile;
use crate::semantic::{EngineType, Type, TypeOrigin};
use crate::text::Range;

/// How many expressions are looked at for one question; what rests on more is not known.
const BUDGET: usize = 2_000;

/// What is known of the expression at `range` of `file`.
pub(super) fn type_at(db: &Database, file: &AskedFile, range: Range) -> Option<EngineType> {
    let view = file.view(db)?;
    let place = view.place(range)?;
    let model = SemanticModel::new(db, db.program_file(view.file));
    let parsed = parsed_module(db, model.python_file()).load(db);
    let expr_at = |node: NodeIndex| match parsed.get_by_index(node) {
        AnyRootNodeRef::Expr(expr) => Some(expr),
        _ => None,
    };
    if let Some(outer) = place.index_of {
        let generic = expr_at(outer)?.as_subscript_expr()?.value.inferred_type(&model)?;
        if is_type_form(generic) {
            return None;
        }
    }
    let expr = expr_at(place.node)?;
    #[cfg(test)]
    assert!(expr.as_name_expr().is_none_or(|name| name.id != "this_makes_the_engine_panic"), "as asked for");
    let mut judge = Judge { db, budget: BUDGET, sources: HashMap::new() };
    let finding = judge.judge(&model, expr)?;
    let value = judge.meaning(&model, finding.ty);
    let value = if finding.contents == Contents::Once { value.opened() } else { value };
    let is_variable = expr.is_name_expr() && !finding.is_annotated;
    let origin = if is_variable { TypeOrigin::Inferred } else { finding.origin };
    (!value.is_unknown()).then_some(EngineType { value, origin })
}

/// What was found of an expression.
#[derive(Clone, Copy)]
struct Finding<'db> {
    ty: TyType<'db>,
    /// Whether it holds whatever other code does.
    origin: TypeOrigin,
    /// Of a name: whether it is annotated.
    is_annotated: bool,
    contents: Contents,
}

/// Whether what a type says of items holds, too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Contents {
    /// It held when the value was made, and other code may have put something else in since.
    Once,
    /// It holds now: the value was just made.
    Now,
    /// It is declared.
    Always,
}

/// Where the value of a definition comes from, as far as that may be believed.
#[derive(Clone, Copy)]
struct Provenance {
    origin: TypeOrigin,
    is_annotated: bool,
    /// Whether a function, a class or a module goes by the name, which nobody narrows.
    is_definition: bool,
    contents: Contents,
}

struct Judge<'db> {
    db: &'db Database,
    budget: usize,
    /// What was found of definitions; one that is being looked at counts as good.
    sources: HashMap<Definition<'db>, Option<Provenance>>,
}

const DECLARED: Provenance = Provenance {
    origin: TypeOrigin::Declared,
    is_annotated: true,
    is_definition: false,
    contents: Contents::Always,
};

impl<'db> Judge<'db> {
    fn meaning(&self, model: &SemanticModel<'db>, ty: TyType<'db>) -> Type {
        convert(self.db, &model.program_environment(), ty)
    }

    /// What holds of `expr`, an expression of the file of `model`.
    fn judge(&mut self, model: &SemanticModel<'db>, expr: &Expr) -> Option<Finding<'db>> {
        self.budget = self.budget.checked_sub(1)?;
        match expr {
            Expr::Name(name) => self.name(model, expr, name),
            Expr::Attribute(attribute) => self.attribute(model, expr, attribute),
            Expr::Subscript(subscript) => self.subscript(model, expr, subscript),
            Expr::Call(call) => self.call(model, expr, call),
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::FString(_)
            | Expr::Lambda(_) => made_here(model, expr),
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => made_here(model, expr),
            Expr::Yield(_) | Expr::YieldFrom(_) | Expr::TString(_) | Expr::IpyEscapeCommand(_) => None,
            _ => self.composed(model, expr),
        }
    }

    /// What holds of `expr`, if that is what ty says of it.
    fn steady(&mut self, model: &SemanticModel<'db>, expr: &Expr) -> Option<Finding<'db>> {
        let found = self.judge(model, expr)?;
        (expr.inferred_type(model)? == found.ty).then_some(found)
    }

    /// The same, if what ty says of its items holds, too.
    fn steady_contents(&mut self, model: &SemanticModel<'db>, expr: &Expr) -> Option<Finding<'db>> {
        let found = self.steady(model, expr)?;
        (self.contents(model, &found) > Contents::Once).then_some(found)
    }

    /// Whether the items hold of which `found` tells; what has no items that could change has none that do not.
    fn contents(&self, model: &SemanticModel<'db>, found: &Finding<'db>) -> Contents {
        let value = self.meaning(model, found.ty);
        let is_fixed = !value.is_unknown() && value.clone().opened() == value;
        if is_fixed { Contents::Always } else { found.contents }
    }

    /// An expression that rests on those in it and on nothing else: an operator, a display, a comprehension.
    fn composed(&mut self, model: &SemanticModel<'db>, expr: &Expr) -> Option<Finding<'db>> {
        let mut parts = Parts::default();
        visitor::walk_expr(&mut parts, expr);
        let mut finding = made_here(model, expr)?;
        for part in parts.list {
            let found = self.steady(model, part)?;
            // A condition decides which of the others it is, and no more.
            if expr.as_if_expr().is_some_and(|choice| choice.test.range() == part.range()) {
                continue;
            }
            finding.origin = weaker(finding.origin, found.origin);
            finding.contents = finding.contents.min(self.contents(model, &found));
        }
        Some(finding)
    }

    fn name(&mut self, model: &SemanticModel<'db>, expr: &Expr, name: &ExprName) -> Option<Finding<'db>> {
        let ty = expr.inferred_type(model)?;
        let definitions =
            definitions_for_name(model, name.id.as_str(), name.into(), ImportAliasResolution::ResolveAliases);
        let found = self.all_of(&definitions)?;
        let mut finding =
            Finding { ty, origin: found.origin, is_annotated: found.is_annotated, contents: found.contents };
        if found.is_definition {
            return Some(finding);
        }
        if found.is_annotated && self.declared_type(&definitions) == Some(ty) {
            return Some(finding);
        }
        if self.is_local(model, expr, &definitions) {
            finding.origin = weaker(finding.origin, self.assigned(&definitions)?);
        } else if is_narrowed(model, expr) {
            // A global may be something else again; what it is declared to be holds.
            finding.ty = self.declared_type(&definitions)?;
        }
        Some(finding)
    }

    /// Where the values come from that annotated variables are given, to which ty narrows them.
    fn assigned(&mut self, definitions: &[ResolvedDefinition<'db>]) -> Option<TypeOrigin> {
        let mut origin = TypeOrigin::Declared;
        for definition in definitions {
            let Some(definition) = definition.definition() else { continue };
            let module = module_of(self.db, definition);
            if let DefinitionKind::AnnotatedAssignment(assignment) = definition.kind(self.db)
                && let Some(value) = assignment.value(&module)
            {
                origin = weaker(origin, self.steady(&model_of(self.db, definition), value)?.origin);
            }
        }
        Some(origin)
    }

    /// Whether `definitions` are those of a variable of the function that `expr` stands in, also from within a
    /// comprehension of it.
    fn is_local(
        &self,
        model: &SemanticModel<'db>,
        expr: &Expr,
        definitions: &[ResolvedDefinition<'db>],
    ) -> bool {
        let index = semantic_index(self.db, model.program_file());
        let Some(own) = index.try_expression_scope_id(expr) else { return false };
        let mut home = None;
        for (id, scope) in index.ancestor_scopes(own) {
            let is_body = scope.node().scope_kind().is_function_like();
            home = Some((id, is_body));
            if !scope.is_eager() || is_body && !is_comprehension(scope.node()) {
                break;
            }
            if definitions.iter().all(|definition| self.stands_in(definition, model, id)) {
                break;
            }
        }
        home.is_some_and(|(id, is_body)| {
            is_body && definitions.iter().all(|definition| self.stands_in(definition, model, id))
        })
    }

    fn stands_in(
        &self,
        definition: &ResolvedDefinition<'db>,
        model: &SemanticModel<'db>,
        scope: ty_python_core::FileScopeId,
    ) -> bool {
        definition.definition().is_some_and(|definition| {
            definition.file(self.db) == model.file() && definition.file_scope(self.db) == scope
        })
    }

    /// Where a place with these definitions has its value from.
    fn all_of(&mut self, definitions: &[ResolvedDefinition<'db>]) -> Option<Provenance> {
        let mut all = Provenance { is_definition: true, ..DECLARED };
        if definitions.is_empty() {
            return None;
        }
        for definition in definitions {
            let Some(definition) = definition.definition() else { continue };
            let one = self.provenance(definition)?;
            all.origin = weaker(all.origin, one.origin);
            all.is_annotated &= one.is_annotated;
            all.is_definition &= one.is_definition;
            all.contents = all.contents.min(one.contents);
        }
        Some(all)
    }

    /// What the only annotation among `definitions` says.
    fn declared_type(&self, definitions: &[ResolvedDefinition<'db>]) -> Option<TyType<'db>> {
        let mut types = definitions.iter().map(|definition| {
            let definition = definition.definition()?;
            let module = module_of(self.db, definition);
            match source_of(self.db, definition, &module) {
                Source::Annotation(annotation) | Source::Stub(Some(annotation)) => {
                    annotation.inferred_type(&model_of(self.db, definition))
                }
                _ => None,
            }
        });
        let first = types.next()??;
        types.all(|other| other == Some(first)).then_some(first)
    }

    fn provenance(&mut self, definition: Definition<'db>) -> Option<Provenance> {
        if let Some(known) = self.sources.get(&definition) {
            return *known;
        }
        self.sources.insert(definition, Some(DECLARED));
        let found = self.trace(definition);
        self.sources.insert(definition, found);
        found
    }

    fn trace(&mut self, definition: Definition<'db>) -> Option<Provenance> {
        let module = module_of(self.db, definition);
        let model = model_of(self.db, definition);
        let lasting = |judge: &Self, found: Finding<'db>| Provenance {
            origin: found.origin,
            is_annotated: false,
            is_definition: false,
            // What was put in just now is not all that will be in it when somebody looks.
            contents: match judge.contents(&model, &found) {
                Contents::Always => Contents::Always,
                Contents::Now | Contents::Once => Contents::Once,
            },
        };
        Some(match source_of(self.db, definition, &module) {
            Source::Itself | Source::Function(_) => Provenance { is_definition: true, ..DECLARED },
            Source::Stub(_) | Source::Annotation(_) => {
                let is_definition = matches!(definition.kind(self.db), DefinitionKind::Function(_));
                Provenance { is_definition, ..DECLARED }
            }
            Source::Parameter => Provenance {
                origin: TypeOrigin::Inferred,
                is_annotated: false,
                is_definition: false,
                contents: Contents::Once,
            },
            Source::Value(value) => {
                let found = self.steady(&model, value)?;
                lasting(self, found)
            }
            Source::Part(whole) => {
                let found = self.steady_contents(&model, whole)?;
                lasting(self, found)
            }
            Source::Unknown => return None,
        })
    }

    fn attribute(
        &mut self,
        model: &SemanticModel<'db>,
        expr: &Expr,
        attribute: &ExprAttribute,
    ) -> Option<Finding<'db>> {
        let receiver = self.steady(model, &attribute.value)?;
        let ty = expr.inferred_type(model)?;
        let narrowed = is_narrowed(model, expr);
        let definitions = definitions_for_attribute(model, attribute);
        if is_function(ty) {
            return (!narrowed).then_some(declared(ty));
        }
        if !definitions.is_empty() && has_one_class(self.db, receiver.ty) && self.are_declared(&definitions) {
            let member = if narrowed { self.unnarrowed(model, attribute, &definitions)? } else { ty };
            let is_concrete =
                self.declared_type(&definitions).is_some_and(|ty| !self.meaning(model, ty).is_unknown());
            // What a member of a generic class is declared to be depends on the object.
            if !is_concrete {
                self.steady_contents(model, &attribute.value)?;
            }
            return Some(declared(member));
        }
        if narrowed || definitions.is_empty() {
            return None;
        }
        self.values_hold(&definitions, Some(attribute.attr.as_str()))?;
        Some(Finding { ty, origin: TypeOrigin::Inferred, is_annotated: false, contents: Contents::Once })
    }

    fn are_declared(&self, definitions: &[ResolvedDefinition<'db>]) -> bool {
        definitions.iter().all(|definition| {
            let Some(definition) = definition.definition() else { return true };
            let module = module_of(self.db, definition);
            matches!(
                source_of(self.db, definition, &module),
                Source::Stub(_) | Source::Annotation(_) | Source::Itself
            )
        })
    }

    /// The type of a declared member without what was assigned to it or tested of it.
    fn unnarrowed(
        &self,
        model: &SemanticModel<'db>,
        attribute: &ExprAttribute,
        definitions: &[ResolvedDefinition<'db>],
    ) -> Option<TyType<'db>> {
        let member = static_member_type_for_attribute(model, attribute)?;
        // For a descriptor that is the object in the class, and not what it gives.
        if self.meaning(model, member).is_unknown() { self.declared_type(definitions) } else { Some(member) }
    }

    /// Whether everything may be believed that gives an undeclared function its result, or an undeclared member
    /// of this name its value.
    fn values_hold(&mut self, definitions: &[ResolvedDefinition<'db>], member: Option<&str>) -> Option<()> {
        for definition in definitions {
            let Some(definition) = definition.definition() else { continue };
            let module = module_of(self.db, definition);
            if let Source::Function(function) = source_of(self.db, definition, &module) {
                self.results_hold(definition, function)?;
                continue;
            }
            self.provenance(definition)?;
            for other in member.map_or_else(Vec::new, |name| self.assignments_to(definition, name)) {
                self.provenance(other)?;
            }
        }
        Some(())
    }

    /// All that the methods assign to the attribute `name` of `self`, in the class that `definition` is in.
    fn assignments_to(&self, definition: Definition<'db>, name: &str) -> Vec<Definition<'db>> {
        let file = definition.program_file(self.db);
        let index = semantic_index(self.db, file);
        let mut around = index.ancestor_scopes(definition.file_scope(self.db));
        let Some((class, _)) = around.find(|(_, scope)| scope.node().as_class().is_some()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for method in attribute_scopes(self.db, class.to_scope_id(self.db, file)) {
            let Some(member) = index.place_table(method).member_id_by_instance_attribute_name(name) else {
                continue;
            };
            let bindings = index.use_def_map(method).reachable_member_bindings(member);
            found.extend(bindings.filter_map(|binding| binding.binding.definition()));
        }
        found
    }

    /// Whether everything that `function`, which declares nothing, returns may be believed.
    fn results_hold(&mut self, definition: Definition<'db>, function: &StmtFunctionDef) -> Option<()> {
        let values = returned(function)?;
        if self.sources.insert(definition, Some(DECLARED)).is_some() {
            return Some(());
        }
        let model = model_of(self.db, definition);
        for value in values {
            self.steady(&model, value)?;
        }
        Some(())
    }

    fn subscript(
        &mut self,
        model: &SemanticModel<'db>,
        expr: &Expr,
        subscript: &ExprSubscript,
    ) -> Option<Finding<'db>> {
        let ty = expr.inferred_type(model)?;
        let value = self.steady_contents(model, &subscript.value)?;
        self.steady(model, &subscript.slice)?;
        if is_narrowed(model, expr) {
            return None;
        }
        // Of a class of the project it is not known what its `__getitem__` declares.
        if self.meaning(model, value.ty).is_unknown() && !self.is_in_stub(model, value.ty) {
            return None;
        }
        Some(Finding { ty, origin: value.origin, is_annotated: false, contents: value.contents })
    }

    fn call(&mut self, model: &SemanticModel<'db>, expr: &Expr, call: &ExprCall) -> Option<Finding<'db>> {
        let callee = self.steady(model, &call.func)?;
        let ty = expr.inferred_type(model)?;
        if is_type_form(callee.ty) {
            return self.construction(model, call, callee.ty, ty);
        }
        let mut definitions = Vec::new();
        for signature in call_signature_details(model, call) {
            definitions.push(ResolvedDefinition::Definition(signature.definition?));
        }
        if definitions.is_empty() {
            return None;
        }
        if definitions.iter().all(|definition| self.is_cast(definition)) {
            return Some(declared(ty));
        }
        if self.are_declared(&definitions) {
            // The arguments and the object matter only where the annotation leaves something open.
            if self.common_result(model, &definitions).is_some_and(|result| result == self.meaning(model, ty))
            {
                return Some(declared(ty));
            }
            let is_said = definitions
                .iter()
                .any(|one| self.declared_type(std::slice::from_ref(one)).is_some_and(|said| said == ty));
            let contents = if is_said { Contents::Always } else { Contents::Now };
            let mut finding = Finding { contents, ..declared(ty) };
            if let Expr::Attribute(method) = &*call.func {
                finding.origin = weaker(finding.origin, self.steady_contents(model, &method.value)?.origin);
            }
            finding.origin = weaker(finding.origin, self.arguments(model, call)?);
            return Some(finding);
        }
        self.values_hold(&definitions, None)?;
        self.arguments(model, call)?;
        Some(Finding { ty, origin: TypeOrigin::Inferred, is_annotated: false, contents: Contents::Once })
    }

    /// Whether it is `typing.cast`: what it says is an annotation.
    fn is_cast(&self, definition: &ResolvedDefinition<'db>) -> bool {
        definition.definition().is_some_and(|definition| {
            let path = definition.file(self.db).path(self.db).as_vendored_path();
            path.is_some_and(|path| path.as_str() == "stdlib/typing.pyi")
                && definition.name(self.db).is_some_and(|name| name == "cast")
        })
    }

    /// What all these functions are declared to return, if that is one thing that depends on no argument.
    fn common_result(
        &self,
        model: &SemanticModel<'db>,
        definitions: &[ResolvedDefinition<'db>],
    ) -> Option<Type> {
        let mut results = definitions.iter().map(|definition| {
            self.declared_type(std::slice::from_ref(definition)).map(|ty| self.meaning(model, ty))
        });
        let first = results.next()?.filter(|result| !result.is_unknown())?;
        results.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }

    /// A class that is called. What a class of the project gives depends on its `__new__` and its metaclass.
    fn construction(
        &mut self,
        model: &SemanticModel<'db>,
        call: &ExprCall,
        class: TyType<'db>,
        ty: TyType<'db>,
    ) -> Option<Finding<'db>> {
        let made_of = self.arguments(model, call);
        let value = self.meaning(model, ty);
        let open = value.is_unknown() || value.clone().opened() != value;
        let origin = match made_of {
            Some(origin) => origin,
            // `str(x)` is a `str` whatever `x` is.
            None if !open => TypeOrigin::Declared,
            None => return None,
        };
        let origin = if !self.is_in_stub(model, class) {
            TypeOrigin::Inferred
        } else if open {
            origin
        } else {
            TypeOrigin::Declared
        };
        Some(Finding { ty, origin, is_annotated: false, contents: Contents::Now })
    }

    /// Whether `ty` is a class that a stub describes, or an instance of one.
    fn is_in_stub(&self, model: &SemanticModel<'db>, ty: TyType<'db>) -> bool {
        ty.definition(self.db, &model.program_environment())
            .as_ref()
            .and_then(|definition| definition.definition())
            .is_some_and(|definition| definition.file(self.db).is_stub(self.db))
    }

    /// Where the arguments of `call` come from, if all of them may be believed.
    fn arguments(&mut self, model: &SemanticModel<'db>, call: &ExprCall) -> Option<TypeOrigin> {
        let mut origin = TypeOrigin::Declared;
        let values = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|it| &it.value));
        for value in values {
            let value = if let Expr::Starred(starred) = value { &starred.value } else { value };
            origin = weaker(origin, self.steady_contents(model, value)?.origin);
        }
        Some(origin)
    }
}

/// What ty says of an expression that nothing else has a say in.
fn made_here<'db>(model: &SemanticModel<'db>, expr: &Expr) -> Option<Finding<'db>> {
    let ty = expr.inferred_type(model)?;
    Some(Finding { is_annotated: false, contents: Contents::Now, ..declared(ty) })
}

fn declared(ty: TyType<'_>) -> Finding<'_> {
    Finding { ty, origin: TypeOrigin::Declared, is_annotated: true, contents: Contents::Always }
}

fn weaker(one: TypeOrigin, other: TypeOrigin) -> TypeOrigin {
    if one == TypeOrigin::Inferred { one } else { other }
}

fn is_function(ty: TyType<'_>) -> bool {
    matches!(
        ty,
        TyType::BoundMethod(_)
            | TyType::FunctionLiteral(_)
            | TyType::KnownBoundMethod(_)
            | TyType::WrapperDescriptor(_)
            | TyType::ClassLiteral(_)
            | TyType::GenericAlias(_)
            | TyType::ModuleLiteral(_)
    )
}

/// Whether all definitions that ty names for a member of `ty` are of the one class that it is. Of a union it
/// names those of the parts that have any.
fn has_one_class<'db>(db: &'db Database, ty: TyType<'db>) -> bool {
    match ty {
        TyType::Union(_) => false,
        TyType::Intersection(parts) => parts.iter_positive(db).count() == 1,
        _ => true,
    }
}

fn is_comprehension(node: &ty_python_core::scope::NodeWithScopeKind) -> bool {
    use ty_python_core::scope::NodeWithScopeKind as Kind;
    matches!(
        node,
        Kind::ListComprehension(_)
            | Kind::SetComprehension(_)
            | Kind::DictComprehension(_)
            | Kind::GeneratorExpression(_)
    )
}

/// The expressions directly in another.
#[derive(Default)]
struct Parts<'a> {
    list: Vec<&'a Expr>,
}

impl<'a> Visitor<'a> for Parts<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.list.push(expr);
    }
}
