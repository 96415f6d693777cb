//! The rules of the desk, one module a section, one test or table a rule, named after it.

mod section_1;
mod section_2;
mod section_3;
mod section_4;
mod section_5;
mod section_6;
mod section_7;
mod section_8;
mod section_9;
