//! One attempt after another: begin, work, report, go on with what the commit hands over.

mod agent;
mod begin;
mod environment;
mod gate;
mod output;
mod process;
mod report;
mod report_files;
mod ship;
mod tests_run;
mod work;

pub use report::TestRun;
