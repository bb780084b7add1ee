"""Other people's records under the same audit: accounts of Binance, forced orders, Hyperliquid."""

from perplab.audit.foreign.auditing import Examined, audit_files, examine
from perplab.audit.foreign.layouts import Kind
from perplab.audit.foreign.opening import recognise
from perplab.audit.foreign.study import Study, StudyRow

__all__ = ["Examined", "Kind", "Study", "StudyRow", "audit_files", "examine", "recognise"]
