"""Settings of the documentation as a site: `make docs`.  Nothing is fetched when it is read."""

project = "Ghép Mẫu"
author = "Ghép Mẫu"
html_title = "Ghép Mẫu"
language = "vi"
extensions = ["myst_parser"]
myst_enable_extensions = ["attrs_block", "colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_static_path: list[str] = []
# A fence may show output that is no program of its language.
suppress_warnings = ["misc.highlighting_failure", "myst.header"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b6b61", "color-brand-content": "#0b6b61"},
    "dark_css_variables": {"color-brand-primary": "#5cc9ba", "color-brand-content": "#5cc9ba"},
}
