-- The public halves of the keys that access tokens are signed with, for every function that verifies one.
CREATE TABLE signing_keys (
    kid uuid PRIMARY KEY,
    jwk jsonb NOT NULL
);
