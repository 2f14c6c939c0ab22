//! Schemas that refer to themselves.

use crate::check::{Check, Node, NodeId};
use crate::resources::problem;
use crate::Problem;

/// That no schema refers to itself for the same value, which would never end.
pub(crate) fn refuse_loops(nodes: &[Node]) -> Result<(), Problem> {
    // 0: not seen, 1: on the way, 2: done.
    let mut states = vec![0_u8; nodes.len()];
    for start in 0..nodes.len() {
        let mut stack = vec![(start, None)];
        while let Some((number, inner)) = stack.pop() {
            let mut inner: std::vec::IntoIter<NodeId> = match inner {
                Some(inner) => inner,
                None if states[number] == 2 => continue,
                None if states[number] == 1 => {
                    let message = "the schema refers to itself for the same value, without end";
                    return Err(problem(&nodes[number].at, message));
                }
                None => {
                    states[number] = 1;
                    nodes[number].checks.iter().flat_map(Check::in_place).collect::<Vec<_>>().into_iter()
                }
            };
            match inner.next() {
                Some(next) => {
                    stack.push((number, Some(inner)));
                    stack.push((next as usize, None));
                }
                None => states[number] = 2,
            }
        }
    }
    Ok(())
}
