"""Run the SEKMET FHIR server on loopback: sekmet_server.py PORT FOLDER (in the peers' own venv).

It knows no search parameter for a specimen's container and none of QuestionnaireResponse: they
are added, as its own table allows.
"""

import os
import sys
from pathlib import Path

port, folder = sys.argv[1], Path(sys.argv[2])
settings = folder / "settings.yaml"
settings.write_text(
    f"host: 127.0.0.1\nport: {port}\nbase_url: http://127.0.0.1:{port}/fhir\n"
    f"data_dir: {folder / 'data'}\nsimulator: {{enabled: false}}\nvalidation: {{inbound: strict}}\n"
)
os.environ["SEKMET_CONFIG"] = str(settings)

import uvicorn
from sekmet.config import get_settings
from sekmet.fhir import search_params
from sekmet.main import create_app

container = search_params.SearchParam("container-id", "token", ("container.identifier",))
search_params.PARAMS["Specimen"]["container-id"] = container
declared = search_params.SearchParam("identifier", "token", ("identifier",))
search_params.PARAMS.setdefault("QuestionnaireResponse", {})["identifier"] = declared
uvicorn.run(create_app(get_settings()), host="127.0.0.1", port=int(port), log_level="warning")
