"""The PostgreSQL wire protocol, version 3: framing and the messages that the proxy reads or writes."""
