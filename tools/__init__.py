"""What developers run on the source itself; nothing here is installed with the program."""
