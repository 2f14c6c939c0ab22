//! `rhambda deploy`, `invoke --remote` and `logs` against two emulators of AWS on this machine, see
//! `tests/aws/setup.sh`. `MiniStack` verifies signatures and runs functions; moto does neither. And the
//! templates and scripts in `deploy/`, with the tools they are made for, see `setup.sh` beside this.

mod account;
mod changes;
mod cloudformation;
mod end_to_end;
mod folder;
mod guide;
mod layers;
mod page;
mod refusals;
mod repository;
mod s3;
mod terraform;
mod tools;
mod upload;
