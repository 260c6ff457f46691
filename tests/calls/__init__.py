"""The ten scenarios as whole calls through real processes: what was heard, and what the record then says."""
