"""Files people upload or make, content-addressed on disk, with a row for each owner."""
