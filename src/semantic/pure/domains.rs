//! For which numbers the functions of the table that may raise do not: what they give is then known to be a value.

use super::super::{BindingKind, Facts, Resolution, VariableId};
use crate::syntax::{Call, Field, Kind, Literal, LiteralKind, Node};

/// How many names are followed to what they are bound to.
const MOST_STEPS: u32 = 4;

/// The largest number that every float can hold exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number that lies between two others, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bounds {
    low: f64,
    high: f64,
}

impl Bounds {
    fn within(self, low: f64, high: f64) -> bool {
        self.low >= low && self.high <= high
    }
}

/// Whether the function `name` of the table, which may raise, surely gives a value for these arguments.
///
/// ```python
/// math.sqrt(-1)
/// ord('ab')
/// ```
pub(super) fn accepts(facts: &Facts<'_>, name: &str, arguments: &[Node<'_>]) -> bool {
    let numbers = |fit: &dyn Fn(Bounds) -> bool| {
        !arguments.is_empty()
            && arguments.iter().all(|argument| bounds(facts, *argument, MOST_STEPS).is_some_and(fit))
    };
    match name {
        "builtins.ord" => matches!(arguments, [only] if is_one_letter(*only)),
        "builtins.chr" => numbers(&|it| it.within(0.0, 127.0)),
        "builtins.float" | "builtins.str" | "builtins.repr" | "builtins.ascii" | "builtins.int" => {
            numbers(&|_| true)
        }
        "math.sqrt" => numbers(&|it| it.low >= 0.0),
        "math.log" | "math.log10" | "math.log2" if arguments.len() == 1 => numbers(&|it| it.low > 0.0),
        "math.exp" => numbers(&|it| it.high <= 700.0),
        "math.sin" | "math.cos" | "math.tan" | "math.atan" => numbers(&|_| true),
        "math.ceil" | "math.floor" | "math.trunc" => numbers(&|_| true),
        "math.factorial" => numbers(&|it| it.within(0.0, 20.0)),
        "math.hypot" => numbers(&|_| true),
        _ => false,
    }
}

/// Between which numbers the values of `node` lie. No more than what a float can hold exactly is ever answered.
fn bounds(facts: &Facts<'_>, node: Node<'_>, steps: u32) -> Option<Bounds> {
    let found = match node.kind() {
        Kind::Integer | Kind::Float => {
            node.text().parse().ok().map(|value| Bounds { low: value, high: value })
        }
        Kind::UnaryOperator if node.has_token("-") => {
            let negated = bounds(facts, node.child(Field::Argument)?, steps)?;
            Some(Bounds { low: -negated.high, high: -negated.low })
        }
        Kind::ParenthesizedExpression => {
            bounds(facts, node.named_children().find(|part| !part.is_trivia())?, steps)
        }
        Kind::Identifier => match facts.model().resolve(node) {
            Resolution::Variable(variable) => of_variable(facts, variable, steps.checked_sub(1)?),
            _ => None,
        },
        Kind::Call => {
            let call = Call::cast(node)?;
            let length = call.function.text() == "len" && facts.model().is_builtin(call.function);
            length.then_some(Bounds { low: 0.0, high: EXACT })
        }
        _ => None,
    };
    found.filter(|found| found.within(-EXACT, EXACT))
}

/// The same for what a variable of a function is bound to, whichever of its bindings a read sees.
fn of_variable(facts: &Facts<'_>, variable: VariableId, steps: u32) -> Option<Bounds> {
    let model = facts.model();
    let bindings = &model.variable(variable).bindings;
    bindings.iter().try_fold(None, |sum: Option<Bounds>, id| {
        let binding = model.binding(*id);
        let target = facts.tree().node(binding.node);
        let plain = matches!(binding.kind, BindingKind::Assignment | BindingKind::AnnotatedAssignment);
        let assignment = target.parent().filter(|up| plain && up.kind() == Kind::Assignment)?;
        let one = bounds(facts, assignment.child(Field::Right)?, steps)?;
        Some(Some(sum.map_or(one, |sum| Bounds { low: sum.low.min(one.low), high: sum.high.max(one.high) })))
    })?
}

/// Whether a literal is one letter, on every Python.
fn is_one_letter(node: Node<'_>) -> bool {
    let Some(literal) = Literal::evaluate(node) else { return false };
    let narrow = literal.value.is_ascii() && literal.kind == LiteralKind::Text;
    narrow && literal.value.len() == 1
}
