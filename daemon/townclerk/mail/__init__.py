"""The wire and MIME: the only floor that knows IMAP, SMTP and how a mail is written down."""
