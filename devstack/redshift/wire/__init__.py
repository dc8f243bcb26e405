"""The PostgreSQL wire protocol, version 3: framing and the few messages the proxy reads or writes."""
