//! The engine against the simulator: what is decided, recorded and sent, in good weather and bad.

mod house;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;

mod approvals;
mod asked;
mod bursts;
mod cards;
mod causes;
mod changes;
mod connecting;
mod consent;
mod crashes;
mod everybody;
mod fresh;
mod handles;
mod instances;
mod keeping;
mod keys;
mod lifecycle;
mod limits;
mod lives;
mod mutated;
mod one_place;
mod parked;
mod policy;
mod reconciling;
mod record;
mod second;
mod spacing;
mod taint;
mod tools;
mod weather;
