"""Archive: responses as WARC 1.1 records, written and read back; WARC files of others too."""
