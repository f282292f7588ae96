"""What people did after they had followed a link, as shops report it, laid to the click before it."""
