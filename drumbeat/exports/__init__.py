"""What other tools take from Drumbeat beside tables: STIX bundles, evidence packs, Parquet."""
