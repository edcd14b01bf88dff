"""Files for other tools: Parquet, CSV and JSON Lines, written part by part."""
