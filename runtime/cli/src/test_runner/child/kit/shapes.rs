//! What the bodies of a run were, for coverage: rounds and items are not told apart.

use cronflow_core::{
    machine::{Note, StepStatus},
    place::Place,
    storage::{StepRow, StoredRun},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Bodies of one shape that have declared the same.
#[derive(Default)]
struct Bodies {
    /// How often one was begun.
    entered: u64,
    /// How often one ended by declaring steps, or by itself.
    known: u64,
    /// How often one of a race was the first.
    first: u64,
}

/// `{shapes: {path: shape}, bodies: [{shape, node, entered, known, first, declared}]}`: the names of steps without the numbers
/// of rounds and items, and what their bodies have declared.
pub(super) fn of(run: &StoredRun) -> Value {
    // The last attempt counts.
    let rows: BTreeMap<&Place, &StepRow> = run.steps.iter().map(|row| (&row.place, row)).collect();
    let mut shapes = serde_json::Map::new();
    let mut bodies: BTreeMap<(String, String, Option<String>), Bodies> = BTreeMap::new();
    for (place, row) in rows.iter().filter(|(place, _)| !place.is_hook()) {
        let shape = shape(place, &rows);
        shapes.insert(path(row).to_owned(), shape.clone().into());
        let Some((owner, node)) =
            place.parent().filter(|_| place.is_body()).and_then(|owner| Some((*rows.get(&owner)?, owner)))
        else {
            continue;
        };
        let declares = Note::from_json(row.note.as_ref()) == Some(Note::Flow);
        let declared = row.result.as_ref().filter(|_| declares).map(|draft| draft.as_str().to_owned());
        let found = bodies.entry((shape, self::shape(&node, &rows), declared)).or_default();
        found.entered += 1;
        found.known += u64::from(row.status == StepStatus::Completed);
        found.first += u64::from(&*owner.kind == "race" && owner.status.is_terminal() && !is_cancelled(place, &rows));
    }
    let bodies = bodies.into_iter().map(|((shape, node, declared), Bodies { entered, known, first })| {
        let declared: Value = declared.and_then(|draft| serde_json::from_str(&draft).ok()).unwrap_or_else(|| json!([]));
        json!({"shape": shape, "node": node, "entered": entered, "known": known, "first": first, "declared": declared})
    });
    json!({"shapes": shapes, "bodies": bodies.collect::<Vec<_>>()})
}

fn path(row: &StepRow) -> &str {
    row.path.as_deref().unwrap_or(&row.name)
}

/// Whether something in the body was stopped, as in those of a race that were not first.
fn is_cancelled(body: &Place, rows: &BTreeMap<&Place, &StepRow>) -> bool {
    let inner = rows.range::<&Place, _>(body..).take_while(|(place, _)| place.is_within(body));
    inner.into_iter().any(|(_, row)| row.status == StepStatus::Cancelled)
}

fn shape(place: &Place, rows: &BTreeMap<&Place, &StepRow>) -> String {
    let Some(row) = rows.get(place) else { return String::new() };
    let Some(around) = place.parent().filter(|around| *around != Place::root()) else { return row.name.to_string() };
    if !place.is_body() {
        return format!("{}/{}", shape(&around, rows), row.name);
    }
    let owner = rows.get(&around);
    let branch = owner.filter(|owner| matches!(&*owner.kind, "parallel" | "race"));
    let name = branch.and_then(|owner| path(row).strip_prefix(path(owner)));
    format!("{}{}", shape(&around, rows), name.unwrap_or("[]"))
}
