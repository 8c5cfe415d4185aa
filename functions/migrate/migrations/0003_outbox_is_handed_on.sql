-- The relay hands each event on once and writes down when; what still waits is found by its place.
ALTER TABLE outbox ADD COLUMN published_at timestamptz;

CREATE INDEX outbox_waiting ON outbox (position) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

-- Those who follow images read what they missed.
CREATE INDEX outbox_of_image ON outbox ((payload ->> 'image_id'), position);
CREATE INDEX outbox_of_owner ON outbox ((payload ->> 'owner_id'), happened_at, position);

-- Whoever LISTENs is woken as soon as the event is true, with the image it is about.
CREATE FUNCTION tell_of_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('outbox', coalesce(NEW.payload ->> 'image_id', ''));
    RETURN NULL;
END
$$;

CREATE TRIGGER outbox_is_told AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION tell_of_outbox();
