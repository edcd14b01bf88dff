"""Text and metadata of pages, and of plain text that others scraped, beside other extractors."""
