"""Mail: composed, limited, kept in an outbox, sent."""
