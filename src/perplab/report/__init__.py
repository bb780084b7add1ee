"""The report: a log, several, a sweep or an audit as one HTML file that opens offline."""
