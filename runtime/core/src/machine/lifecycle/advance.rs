//! A flow moves on: enters nodes until one makes it wait, and ends when nothing is left.

use crate::{
    definition::{Node, NodeKind},
    id::NodeId,
    json::JsonText,
    machine::{
        Note, Progress, StepStatus,
        driver::{Driver, RowEnd},
        state::Phase,
    },
    place::Place,
};

/// What the flow finds at its cursor.
enum Next {
    /// It goes on at this node.
    Go(u32),
    /// It waits.
    Wait,
    /// It was over before, or is now.
    Over,
}

impl Driver<'_> {
    pub(in crate::machine) fn advance(&mut self, scope: &Place) {
        loop {
            match self.step_forward(scope) {
                Next::Go(cursor) => {
                    if let Some(frame) = self.state.frames.get_mut(scope) {
                        frame.cursor = cursor;
                    }
                }
                Next::Wait => return,
                Next::Over => return self.flow_over(scope),
            }
        }
    }

    fn step_forward(&mut self, scope: &Place) -> Next {
        let run_failed = *scope == Place::root() && self.state.failure.is_some();
        let Some(frame) = self.state.frames.get_mut(scope) else { return Next::Wait };
        if frame.is_over {
            return Next::Wait;
        }
        let (cursor, graph) = (frame.cursor, frame.graph.clone());
        let node = graph.node(NodeId(cursor)).filter(|_| cursor < frame.end);
        let Some(node) = node.filter(|_| frame.failure.is_none() && !run_failed) else {
            return Next::Over;
        };
        match node.kind {
            NodeKind::ElseIf { end, .. } | NodeKind::Else { end } if !frame.seeks_arm => {
                self.skip(scope, cursor, end.0);
                return Next::Go(end.0);
            }
            NodeKind::Else { .. } | NodeKind::EndIf => {
                frame.seeks_arm = false;
                return Next::Go(cursor + 1);
            }
            _ => {}
        }
        let place = scope.node(NodeId(cursor));
        match self.state.cells.get(&place) {
            None if self.is_restoring || self.world.is_stopping() => Next::Wait,
            None => {
                self.enter(&place, node);
                Next::Go(cursor)
            }
            Some(cell) if cell.status.is_terminal() => {
                let not_taken = cell.progress == Progress::Truth(false);
                frame.seeks_arm = not_taken;
                let otherwise = match node.kind {
                    NodeKind::If { otherwise } | NodeKind::ElseIf { otherwise, .. } if not_taken => otherwise.0,
                    _ => return Next::Go(cursor + 1),
                };
                self.skip(scope, cursor + 1, otherwise);
                Next::Go(otherwise)
            }
            Some(_) if matches!(node.kind, NodeKind::Action { .. }) => Next::Go(cursor + 1),
            Some(_) => Next::Wait,
        }
    }

    /// The flow has reached a node for the first time.
    fn enter(&mut self, place: &Place, node: &Node) {
        let mocks = &self.state.context.mocks;
        let mock = mocks.iter().find(|(name, _)| place.scope() == Place::root() && **name == *node.name);
        if let Some((_, output)) = mock.cloned() {
            self.open_cell(place);
            if matches!(node.kind, NodeKind::If { .. } | NodeKind::ElseIf { .. }) {
                self.set_progress(place, Progress::Truth(output.as_str() == "true"));
            }
            return self.complete(place, output, Some(Note::Mocked));
        }
        self.open_cell(place);
        self.begin_node(place, node);
    }

    /// Records nodes of an arm that was not taken.
    fn skip(&mut self, scope: &Place, from: u32, to: u32) {
        if self.is_restoring {
            return;
        }
        let Some(graph) = self.frame(scope).map(|frame| frame.graph.clone()) else { return };
        for index in from..to {
            let place = scope.node(NodeId(index));
            let is_marker = graph.node(NodeId(index)).is_none_or(|node| node.kind.is_marker());
            if is_marker || self.state.cells.contains_key(&place) {
                continue;
            }
            self.open_cell(&place);
            self.close(&place, RowEnd::new(StepStatus::Skipped));
            self.set(&place, StepStatus::Skipped, Phase::Idle);
        }
    }

    /// Nothing is left in a flow, or it failed.
    fn flow_over(&mut self, scope: &Place) {
        let Some(frame) = self.state.frames.get_mut(scope) else { return };
        frame.is_over = true;
        if *scope == Place::root() {
            return;
        }
        let end = match frame.failure.clone() {
            Some(failure) => Err(failure),
            None => Ok(frame.views.last().map_or_else(JsonText::null, |view| view.output.clone())),
        };
        self.body_over(scope, end);
        self.drop_body(scope);
    }
}
