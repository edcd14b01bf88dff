"""Text and metadata of pages, and text that others scraped, beside other extractors."""
