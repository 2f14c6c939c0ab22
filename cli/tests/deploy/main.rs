//! `rhambda deploy`, `invoke --remote` and `logs` against two emulators of AWS on this machine, see
//! `tests/aws/setup.sh`. `MiniStack` verifies signatures and runs functions; moto does neither.

mod account;
#[path = "../../../tests/common/aws.rs"]
mod aws;
mod changes;
mod end_to_end;
mod folder;
mod layers;
mod refusals;
mod s3;
