"""Archive: responses as WARC 1.1 records, written, read back, and read from foreign files."""
