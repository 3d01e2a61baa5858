//! A class whose `__new__` makes an instance at the first call and hands it out ever after, once or for each key.
//!
//! Says what stands where. Who else looks at the class is found in `users`, what takes the place of `__new__` is
//! written in `write`.

use crate::syntax::{Argument, Assignment, Attribute, Call, Field, Kind, Literal, Node};

/// A class that hands out what it made before.
pub(super) struct Shape<'t> {
    /// The class.
    pub class: Node<'t>,
    /// Its name.
    pub name: Node<'t>,
    /// Its body.
    pub body: Node<'t>,
    /// The definition of `__new__`.
    pub new: Node<'t>,
    /// The parameters of `__new__`, the class left out.
    pub parameters: Vec<Parameter<'t>>,
    /// The attribute of the class that keeps what was made.
    pub attribute: &'t str,
    /// Where the class body binds that attribute.
    pub kept: Option<Assignment<'t>>,
    /// How it asks whether the instance is there.
    pub asked: Asked<'t>,
    /// Whether `__new__` hands its arguments on to `object`, which wants none.
    pub hands_on: bool,
    /// What else happens to a new instance.
    pub set_up: Vec<SetUp<'t>>,
    /// Whether the instance can be had while that happens.
    pub kept_first: bool,
    /// The `__init__` of the class.
    pub init: Option<Node<'t>>,
    /// The builtins that `__new__` relies on.
    pub builtins: Vec<&'static str>,
}

/// How `__new__` asks whether the instance is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked<'t> {
    /// `cls._instance is None`
    None,
    /// `not cls._instance`
    Falsy,
    /// `not hasattr(cls, '_instance')`
    Missing,
    /// `key not in cls._cache`
    Key(Node<'t>),
}

impl<'t> Asked<'t> {
    /// What tells one instance from the other.
    pub fn key(self) -> Option<Node<'t>> {
        match self {
            Asked::Key(key) => Some(key),
            _ => None,
        }
    }
}

/// A parameter, what is declared of it left out.
pub(super) struct Parameter<'t> {
    /// Its name.
    pub name: Node<'t>,
    /// `*`, `**` or nothing.
    pub stars: &'static str,
    /// Its default.
    pub default: Option<Node<'t>>,
    /// Whether it can only be given by name.
    pub by_name: bool,
}

/// A statement that changes a new instance.
pub(super) struct SetUp<'t> {
    /// The statement.
    pub statement: Node<'t>,
    /// The expressions in it that mean the instance.
    pub instances: Vec<Node<'t>>,
    /// Whether it can neither fail nor run code of a user's, where the class has no odd methods.
    pub is_plain: bool,
}

impl<'t> SetUp<'t> {
    /// What is assigned to an attribute of the instance, where that is all and no key has to be looked up for it.
    pub fn value(&self) -> Option<Node<'t>> {
        let looked_up = self.instances.iter().any(|instance| instance.kind() == Kind::Subscript);
        Assignment::cast(self.statement).map(|it| it.right).filter(|_| !looked_up)
    }

    /// The names in it, those of attributes and what means the instance left out.
    pub fn names(&self) -> impl Iterator<Item = Node<'t>> {
        let own = |node: &Node<'t>| !self.instances.iter().any(|instance| instance.holds(*node));
        let names = self.statement.descendants().filter(own);
        names.filter(|node| node.kind() == Kind::Identifier && !is_attribute_name(*node))
    }
}

impl<'t> Shape<'t> {
    /// The shape of the class `node`, if it has one.
    pub fn of(node: Node<'t>) -> Option<Self> {
        let (name, body) = (node.child(Field::Name)?, node.child(Field::Body)?);
        let method = |wanted: &str| {
            let mut found = body.statements().filter(|statement| is_method(*statement, wanted));
            found.next().filter(|_| found.next().is_none())
        };
        let new = method("__new__")?;
        let is_async = new.has_token("async");
        let (owner, parameters) = parameters(new)?;
        let reader = Reader { class: name, owner };
        let told = reader.read(new)?;
        let kept = body.statements().filter_map(Assignment::cast).find(|it| it.left.text() == told.attribute);
        // __init__ = something
        let named_otherwise = |statement: Node<'_>| {
            let mut names = statement.descendants().filter(|part| part.kind() == Kind::Identifier);
            !is_function(statement) && names.any(|name| matches!(name.text(), "__init__" | "__new__"))
        };
        let init = method("__init__");
        let twice = body.statements().filter(|it| is_method(*it, "__init__")).count() > 1;
        let clash = parameters.iter().any(|it| ["cls", "self", name.text()].contains(&it.name.text()));
        let odd = is_async || twice || clash || body.statements().any(named_otherwise);
        (!odd).then_some(())?;
        Some(Self {
            class: node,
            name,
            body,
            new,
            parameters,
            attribute: told.attribute,
            kept,
            asked: told.asked,
            hands_on: told.hands_on,
            set_up: told.set_up,
            kept_first: told.kept_first,
            init,
            builtins: told.builtins,
        })
        .filter(Self::is_whole)
    }

    /// Whether what the class body gives the attribute is what `__new__` begins with, and the key is made of parameters.
    fn is_whole(&self) -> bool {
        let none = |kept: &Assignment<'_>| kept.right.kind() == Kind::None;
        match self.asked {
            Asked::Missing => self.kept.is_none(),
            Asked::None | Asked::Falsy => self.kept.as_ref().is_some_and(none),
            Asked::Key(key) => {
                let mut names = key.descendants().filter(|part| part.kind() == Kind::Identifier);
                let known = names.all(|name| self.parameter(name.text()).is_some());
                let empty = |kept: &Assignment<'_>| {
                    kept.right.kind() == Kind::Dictionary
                        && kept.right.named_children().all(|part| part.is_trivia())
                };
                known && key.descendants().count() > 0 && self.kept.as_ref().is_some_and(empty)
            }
        }
    }

    /// The parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter<'t>> {
        self.parameters.iter().find(|parameter| parameter.name.text() == name)
    }

    /// The statements that go, or make place for others.
    pub fn parts(&self) -> impl Iterator<Item = Node<'t>> {
        let kept = self.kept.filter(|_| self.asked.key().is_none()).map(|kept| kept.statement);
        kept.into_iter().chain([self.new])
    }
}

/// What the body of `__new__` tells.
struct Told<'t> {
    attribute: &'t str,
    asked: Asked<'t>,
    hands_on: bool,
    set_up: Vec<SetUp<'t>>,
    kept_first: bool,
    builtins: Vec<&'static str>,
}

/// What is read with: the names that mean the class.
struct Reader<'t> {
    class: Node<'t>,
    owner: Node<'t>,
}

impl<'t> Reader<'t> {
    fn read(&self, new: Node<'t>) -> Option<Told<'t>> {
        let mut statements: Vec<Node<'t>> = new.child(Field::Body)?.statements().collect();
        if statements.first().is_some_and(|first| is_docstring(*first)) {
            statements.remove(0);
        }
        let (first, rest) = statements.split_first()?;
        (first.kind() == Kind::IfStatement && first.child(Field::Alternative).is_none()).then_some(())?;
        let (condition, block) = (first.child(Field::Condition)?, first.child(Field::Consequence)?);
        let (asked, attribute, made_inside) = self.question(condition)?;
        let inside: Vec<Node<'t>> = block.statements().collect();
        let (given, made) = match (made_inside, rest) {
            // if cls._instance is None: ...
            // return cls._instance
            (true, [given]) => (*given, inside),
            // if cls._instance is not None: return cls._instance
            // ...
            // return cls._instance
            (false, [made @ .., given]) => {
                let [early] = inside.as_slice() else { return None };
                self.is_kept(returned(*early)?, attribute, asked).then_some(())?;
                (*given, made.to_vec())
            }
            _ => return None,
        };
        let making = Making::of(self, &made, attribute, asked)?;
        let given = returned(given)?;
        let by_name = !made_inside && asked.key().is_none();
        let alias = making.alias.filter(|alias| by_name && given.text() == alias.text());
        (alias.is_some() || self.is_kept(given, attribute, asked)).then_some(())?;
        let mut builtins = making.builtins;
        builtins.extend((asked == Asked::Missing).then_some("hasattr"));
        Some(Told {
            attribute,
            asked,
            hands_on: making.hands_on,
            set_up: making.set_up,
            kept_first: making.kept_first,
            builtins,
        })
    }

    /// What a condition asks, the attribute that it names, and whether it holds when there is no instance yet.
    fn question(&self, condition: Node<'t>) -> Option<(Asked<'t>, &'t str, bool)> {
        let condition = bare(condition)?;
        match condition.kind() {
            Kind::NotOperator => {
                let (asked, attribute, absent) = self.question(condition.child(Field::Argument)?)?;
                (!absent).then_some((asked, attribute, true))
            }
            Kind::Attribute => Some((Asked::Falsy, self.attribute(condition)?, false)),
            Kind::Call => {
                let call = Call::cast(condition).filter(|call| call.function.text() == "hasattr")?;
                let list = call.arguments().list;
                let [Argument::Positional(object), Argument::Positional(name)] = list.as_slice() else {
                    return None;
                };
                let plain = Literal::evaluate(*name).is_some() && self.is_class(*object);
                let spelled = name.text().trim_matches(['\'', '"']);
                let is_name = spelled.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
                // A private name is mangled in code, not in a string.
                let is_private = spelled.starts_with("__");
                (plain && is_name && !is_private).then_some((Asked::Missing, spelled, false))
            }
            Kind::ComparisonOperator => {
                let mut operators = condition.children_in(Field::Operators);
                let operator = operators.next().filter(|_| operators.next().is_none())?.text();
                let mut sides = condition.named_children().filter(|side| !side.is_trivia());
                let (left, right) = (sides.next()?, sides.next()?);
                match operator {
                    "is" | "is not" if right.kind() == Kind::None => {
                        Some((Asked::None, self.attribute(left)?, operator == "is"))
                    }
                    "in" | "not in" => {
                        let fits = matches!(left.kind(), Kind::Identifier | Kind::Tuple);
                        let items = || left.named_children().filter(|item| !item.is_trivia());
                        let plain = fits && items().all(|item| item.kind() == Kind::Identifier);
                        let attribute = self.attribute(right).filter(|_| plain)?;
                        Some((Asked::Key(left), attribute, operator == "not in"))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The attribute of the class that `node` reads or binds.
    fn attribute(&self, node: Node<'t>) -> Option<&'t str> {
        let attribute = Attribute::cast(node).filter(|attribute| self.is_class(attribute.object))?;
        Some(attribute.name.text())
    }

    fn is_class(&self, node: Node<'_>) -> bool {
        node.kind() == Kind::Identifier
            && (node.text() == self.owner.text() || node.text() == self.class.text())
    }

    /// Whether `node` is where the instance is kept.
    fn is_kept(&self, node: Node<'t>, attribute: &str, asked: Asked<'t>) -> bool {
        let Some(key) = asked.key() else { return self.attribute(node) == Some(attribute) };
        let keys: Vec<String> = node.children_in(Field::Subscript).map(key_text).collect();
        let same = keys.join(",") == key_text(key);
        let cache = node.child(Field::Value).and_then(|cache| self.attribute(cache));
        node.kind() == Kind::Subscript && same && cache == Some(attribute)
    }

    /// Whether `node` calls the `__new__` of `object`, and whether it hands arguments on.
    fn creation(&self, node: Node<'t>) -> Option<(&'static str, bool)> {
        let call = Call::cast(node)?;
        let method = Attribute::cast(call.function).filter(|method| method.name.text() == "__new__")?;
        let builtin = match method.object.kind() {
            Kind::Identifier if method.object.text() == "object" => "object",
            _ => {
                let parent = Call::cast(method.object).filter(|call| call.function.text() == "super")?;
                match parent.arguments().list.as_slice() {
                    [] => {}
                    [Argument::Positional(class), Argument::Positional(owner)] => {
                        let own = class.text() == self.class.text() && owner.text() == self.owner.text();
                        own.then_some(())?;
                    }
                    _ => return None,
                }
                "super"
            }
        };
        let list = call.arguments().list;
        let (Argument::Positional(first), rest) = list.split_first()? else { return None };
        let unpacked = rest.iter().all(|argument| {
            matches!(argument, Argument::Unpacked(it) if it.named_children().all(|part| part.kind() == Kind::Identifier))
        });
        (first.text() == self.owner.text() && unpacked).then_some((builtin, !rest.is_empty()))
    }
}

/// How an instance is made, kept, and set up.
struct Making<'t> {
    /// Another name for it.
    alias: Option<Node<'t>>,
    hands_on: bool,
    set_up: Vec<SetUp<'t>>,
    kept_first: bool,
    builtins: Vec<&'static str>,
}

impl<'t> Making<'t> {
    fn of(reader: &Reader<'t>, made: &[Node<'t>], attribute: &str, asked: Asked<'t>) -> Option<Self> {
        // print('making it')
        let before = made.iter().take_while(|statement| Assignment::cast(**statement).is_none()).count();
        let (before, made) = made.split_at_checked(before)?;
        let (first, rest) = made.split_first()?;
        let mut targets = Vec::new();
        let mut value = Assignment::cast(*first)?.left.parent()?;
        while value.kind() == Kind::Assignment {
            value.child(Field::Type).is_none().then_some(())?;
            targets.push(value.child(Field::Left)?);
            value = value.child(Field::Right)?;
        }
        let (builtin, hands_on) = reader.creation(value)?;
        let mut making =
            Self { alias: None, hands_on, set_up: Vec::new(), kept_first: false, builtins: vec![builtin] };
        for target in targets {
            if target.kind() == Kind::Identifier && making.alias.is_none() && !reader.is_class(target) {
                making.alias = Some(target);
            } else {
                (reader.is_kept(target, attribute, asked) && !making.kept_first).then_some(())?;
                making.kept_first = true;
            }
        }
        for statement in before {
            let set_up = making.set_up(reader, *statement, attribute, asked)?;
            set_up.instances.is_empty().then_some(())?;
            making.set_up.push(set_up);
        }
        let mut is_kept = making.kept_first;
        for statement in rest {
            if !is_kept && making.keeps(reader, *statement, attribute, asked) {
                is_kept = true;
                making.kept_first |= making.set_up.len() == before.len();
                continue;
            }
            // Two of them may each be had at another time.
            (is_kept == making.kept_first).then_some(())?;
            let set_up = making.set_up(reader, *statement, attribute, asked)?;
            making.set_up.push(set_up);
        }
        is_kept.then_some(making)
    }

    /// Whether the statement keeps the instance: `cls._instance = self`.
    fn keeps(&self, reader: &Reader<'t>, statement: Node<'t>, attribute: &str, asked: Asked<'t>) -> bool {
        Assignment::cast(statement).is_some_and(|it| {
            let alias = self.alias.is_some_and(|alias| alias.text() == it.right.text());
            alias && it.annotation.is_none() && reader.is_kept(it.left, attribute, asked)
        })
    }

    /// The statement as one that changes the instance, if it does not look at the class otherwise.
    fn set_up(
        &self,
        reader: &Reader<'t>,
        statement: Node<'t>,
        attribute: &str,
        asked: Asked<'t>,
    ) -> Option<SetUp<'t>> {
        (statement.kind() == Kind::ExpressionStatement).then_some(())?;
        let alias = self.alias.map(|alias| alias.text());
        let means = |node: &Node<'t>| {
            node.kind() == Kind::Identifier && Some(node.text()) == alias && !is_attribute_name(*node)
                || reader.is_kept(*node, attribute, asked)
        };
        let all: Vec<Node<'t>> = statement.descendants().filter(means).collect();
        let outer = |node: &&Node<'t>| !all.iter().any(|other| other != *node && other.holds(**node));
        let instances: Vec<Node<'t>> = all.iter().filter(outer).copied().collect();
        let mut others = statement.descendants().filter(|node| {
            let apart = !instances.iter().any(|instance| instance.holds(*node));
            let scoped =
                matches!(node.kind(), Kind::Lambda | Kind::Yield | Kind::Await | Kind::NamedExpression);
            let bound_here = matches!(node.text(), "super" | "__class__") || reader.is_class(*node);
            apart && (scoped || bound_here && !is_attribute_name(*node))
        });
        let moves = others.next().is_none();
        let binds = Assignment::cast(statement)
            .is_none_or(|it| Attribute::cast(it.left).is_some_and(|left| instances.contains(&left.object)));
        let augmented = statement.named_children().next().is_some_and(|it| {
            matches!(it.kind(), Kind::AugmentedAssignment | Kind::Assignment)
                && Assignment::cast(statement).is_none()
        });
        (moves && binds && !augmented).then_some(())?;
        // A key may be hashed another number of times.
        let looked_up = instances.iter().any(|instance| instance.kind() == Kind::Subscript);
        let is_plain = !looked_up && Assignment::cast(statement).is_some_and(|it| is_plain(it.right));
        Some(SetUp { statement, instances, is_plain })
    }
}

/// Whether evaluating `value` does nothing but to give a value.
fn is_plain(value: Node<'_>) -> bool {
    match value.kind() {
        Kind::None | Kind::True | Kind::False | Kind::Integer | Kind::Float => true,
        Kind::String => Literal::evaluate(value).is_some(),
        Kind::List | Kind::Tuple | Kind::ParenthesizedExpression => {
            value.named_children().all(|item| item.is_trivia() || is_plain(item))
        }
        Kind::Dictionary => value.named_children().all(|item| {
            let parts = || item.child(Field::Key).into_iter().chain(item.child(Field::Value));
            let hashable = item.child(Field::Key).is_none_or(|key| {
                !matches!(
                    key.kind(),
                    Kind::List | Kind::Dictionary | Kind::Tuple | Kind::ParenthesizedExpression
                )
            });
            item.is_trivia() || item.kind() == Kind::Pair && hashable && parts().all(is_plain)
        }),
        _ => false,
    }
}

/// The names for the class and the parameters of `__new__`.
fn parameters(new: Node<'_>) -> Option<(Node<'_>, Vec<Parameter<'_>>)> {
    let mut list = new.child(Field::Parameters)?.named_children().filter(|part| !part.is_trivia());
    let owner = list.next().filter(|owner| owner.kind() == Kind::Identifier)?;
    let mut found: Vec<Parameter<'_>> = Vec::new();
    for part in list {
        let by_name = found.iter().any(|other| other.stars == "*");
        found.push(Parameter { by_name, ..parameter(part)? });
    }
    Some((owner, found))
}

/// What `__init__` takes besides the instance; `None` where that is not plain.
pub(super) fn parameters_of_init(init: Node<'_>) -> Option<Vec<Parameter<'_>>> {
    parameters(init).map(|(_, list)| list)
}

fn parameter(part: Node<'_>) -> Option<Parameter<'_>> {
    let (inner, default) = match part.kind() {
        Kind::DefaultParameter | Kind::TypedDefaultParameter => {
            (part.child(Field::Name)?, Some(part.child(Field::Value)?))
        }
        Kind::TypedParameter => (part.named_children().find(|inner| !inner.is_trivia())?, None),
        _ => (part, None),
    };
    let stars = match inner.kind() {
        Kind::Identifier => "",
        Kind::ListSplatPattern => "*",
        Kind::DictionarySplatPattern => "**",
        _ => return None,
    };
    let name = if stars.is_empty() { inner } else { inner.named_children().next()? };
    let is_name = name.kind() == Kind::Identifier;
    let is_steady = |value: Node<'_>| {
        is_plain(value) && !value.descendants().any(|it| matches!(it.kind(), Kind::List | Kind::Dictionary))
    };
    (is_name && default.is_none_or(is_steady)).then_some(Parameter { name, stars, default, by_name: false })
}

/// The value that a `return` gives.
fn returned(statement: Node<'_>) -> Option<Node<'_>> {
    (statement.kind() == Kind::ReturnStatement).then_some(())?;
    bare(statement.named_children().find(|part| !part.is_trivia())?)
}

/// `node` without parentheses around it.
fn bare(node: Node<'_>) -> Option<Node<'_>> {
    let mut node = node;
    while node.kind() == Kind::ParenthesizedExpression {
        node = node.named_children().find(|inner| !inner.is_trivia())?;
    }
    Some(node)
}

/// The key, so that `(a, b)` and `a, b` are one.
fn key_text(key: Node<'_>) -> String {
    let text: String = key.text().split_whitespace().collect();
    text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).map_or(text.clone(), str::to_owned)
}

/// Whether `name` stands behind a dot, or before the sign of a keyword argument.
pub(super) fn is_attribute_name(name: Node<'_>) -> bool {
    name.parent().is_some_and(|holder| match holder.kind() {
        Kind::Attribute => holder.child(Field::Attribute) == Some(name),
        Kind::KeywordArgument => holder.child(Field::Name) == Some(name),
        _ => false,
    })
}

/// Whether the statement is a docstring.
pub(super) fn is_docstring(statement: Node<'_>) -> bool {
    let value = statement.named_children().next();
    statement.kind() == Kind::ExpressionStatement
        && value.is_some_and(|value| matches!(value.kind(), Kind::String | Kind::ConcatenatedString))
}

fn is_function(statement: Node<'_>) -> bool {
    statement.kind() == Kind::FunctionDefinition
}

fn is_method(statement: Node<'_>, name: &str) -> bool {
    is_function(statement) && statement.child(Field::Name).is_some_and(|it| it.text() == name)
}
