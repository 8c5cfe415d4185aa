CREATE TABLE accounts (
    id            uuid PRIMARY KEY,
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL
);

CREATE TABLE images (
    id               uuid PRIMARY KEY,
    owner_id         uuid NOT NULL REFERENCES accounts (id),
    file_name        text NOT NULL,
    status           text NOT NULL CHECK (status IN ('awaiting', 'processing', 'ready', 'refused')),
    content_type     text NOT NULL,
    bytes            bigint NOT NULL CHECK (bytes > 0),
    visibility       text NOT NULL CHECK (visibility IN ('private', 'unlisted', 'public')),
    uploaded_at      timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    checksum_sha256  text,
    multipart_id     text,
    processing_since timestamptz,
    requeued_at      timestamptz,
    attempts         integer NOT NULL DEFAULT 0,
    reason           text,
    width            integer,
    height           integer,
    thumbhash        text,
    title            text,
    alt_text         text,
    developed_at     timestamptz,
    variants         jsonb NOT NULL DEFAULT '[]',
    CHECK (status <> 'ready' OR (width > 0 AND height > 0 AND developed_at IS NOT NULL AND variants <> '[]')),
    CHECK (status <> 'refused' OR reason IS NOT NULL)
);

CREATE INDEX images_of_owner ON images (owner_id, uploaded_at DESC, id DESC);
CREATE INDEX images_awaiting ON images (expires_at) WHERE status = 'awaiting';
CREATE INDEX images_processing ON images (processing_since) WHERE status = 'processing';

CREATE TABLE outbox (
    position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL UNIQUE,
    name        text NOT NULL,
    payload     jsonb NOT NULL,
    happened_at timestamptz NOT NULL
);
