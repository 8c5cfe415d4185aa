-- A deleted image is gone for everybody, can be restored for a while, and is then removed for good.
-- After `tidy_after`, whatever lies stored for an image and is not named by its row is removed.
ALTER TABLE images
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN tidy_after timestamptz;

CREATE INDEX images_deleted ON images (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX images_untidy ON images (tidy_after) WHERE tidy_after IS NOT NULL;
