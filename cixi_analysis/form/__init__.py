"""The yearly Excel form: its layout, writing it, checking what people filled in, taking it into the data."""
