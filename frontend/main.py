from pages.app import create_app
from pages.config import read_settings

app = create_app(read_settings())
