//! The engine against the simulator: what is decided, recorded and sent, in good weather and bad.

mod house;

mod approvals;
mod bursts;
mod causes;
mod connecting;
mod consent;
mod keys;
mod one_place;
mod parked;
mod record;
mod weather;
