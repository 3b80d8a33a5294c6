//! Tables: what each kind of node and each option must do, in three modes that must agree.

mod dsl;
mod life;
mod schedules;
mod script;

mod attempts;
mod bodies;
mod branches;
mod events;
mod flow_control;
mod refusals;
mod runs;
mod seeds;
mod waits;
