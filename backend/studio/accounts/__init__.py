"""
People, sessions, invitations and who may do what.

Other features import `access` (`SignedIn`, `Administrator`) and `person` (`Person`), nothing else from here.
"""
