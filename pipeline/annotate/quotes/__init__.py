"""Find quotes: from the tagger's spans of sources, cues and contents to linked attributions."""
