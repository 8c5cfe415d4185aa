import access from "./access.json";
import common from "./common.json";
import images from "./images.json";
import uploads from "./uploads.json";

const catalogue = { access, common, images, uploads };

export type Catalogue = typeof catalogue;
export default catalogue;
