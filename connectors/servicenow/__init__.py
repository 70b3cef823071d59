"""ServiceNow incidents and cases: saved records in, by a signed business rule and by polling; work notes out."""
