//! `pyfix batch`: migrates Git repositories, each on a new branch with one commit for every transform, and keeps only
//! what the user's verify command succeeds with.
//!
//! ```text
//! plan -> assignments -> threads -> migrate -> record (on disk) -> report
//!                          repository  the user's: opened, and given the branch at the end
//!                          tree        our own: files and commits
//!                          judge       what a transform makes of the files
//!                          verify      the command;  bisect  the fixes that it fails with
//!                          journal     what is done, so that a run that was killed can be gone on with
//! ```
//!
//! Decides nothing about Python, and runs nothing of a repository but the verify command.

mod bisect;
mod highlight;
mod html;
mod in_place;
mod journal;
mod judge;
mod junit;
mod message;
mod migrate;
mod plan;
mod progress;
mod python2;
mod record;
mod report;
mod repository;
mod run;
mod tree;
mod variants;
mod verify;

pub use run::run;
