"""Request Tracker 5: transactions in, by webhook and by polling; comments and correspondence out."""
