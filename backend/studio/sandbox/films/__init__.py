"""
Films over the wire: a job is begun, asked after, and fetched.

Read in this order: `models` (who films what, and for how much) → `sizes` → `wish` (what a request asks for) → `job`
(one film, from its first moment to its last) → `shelf` (jobs on the disk) → `projector` (who has films made) →
`counter` (the endpoints) → `manners` (everything that goes wrong on purpose).
"""
