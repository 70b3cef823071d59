"""The record that an edit cannot hide in: entries, their Merkle tree after RFC 6962, signed heads, proofs. Pure."""
