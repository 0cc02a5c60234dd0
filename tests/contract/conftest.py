from hypothesis import settings

# Machines of testers are busy: what must be fast is measured by the tests that say so.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
