"""Rate limits that an account sets on what it says of a verification's asker: address, session, country."""
