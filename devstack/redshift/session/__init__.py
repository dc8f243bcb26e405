"""A client's session: both protocols, the backend connection, and the replies to the client."""
