//! Bringing in the files of other systems; what is imported is history (R1.7).
